-- wrk script: posts the photos named on the command line in turn; prints one line of JSON at the end.
-- wrk -s post.lua URL -- PATH PHOTO...

local requests, position = {}, 0

function init(args)
   for index = 2, #args do
      local file = assert(io.open(args[index], "rb"))
      local headers = { ["Content-Type"] = "image/jpeg" }
      requests[#requests + 1] = wrk.format("POST", args[1], headers, file:read("*a"))
      file:close()
   end
end

function request()
   position = position % #requests + 1
   return requests[position]
end

function done(summary, latency)
   local e = summary.errors
   io.write(string.format(
      '{"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "bad_status": %d, "broken": %d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
      e.status, e.connect + e.read + e.write + e.timeout))
end
