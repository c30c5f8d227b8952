"""Every attack by name."""

from . import answers, forms, numbers, pictures, rules, served, slow, swift
from .attack import Attack

_PATIENT = {"keepalive_seconds": 30}
_FEW = {"max_connections": 200}
"""The small size meets the bound on connections with fewer of them."""

ATTACKS = (
    Attack("overflowing-tensor", numbers.overflowing_tensor),
    Attack("overflowing-picture", numbers.overflowing_picture, served.write_not_finite),
    Attack("fast-client", swift.pipelining(swift.GET)),
    Attack("fast-live", swift.pipelining(swift.LIVE)),
    Attack("fast-http-1.0", swift.pipelining(swift.GET_1_0)),
    Attack("fast-ten", swift.pipelining(swift.GET, 10)),
    Attack("fast-mute", swift.pipelining(swift.GET, reads=False)),
    Attack("fast-mute-ten", swift.pipelining(swift.GET, 10, reads=False)),
    Attack("mute-crowd", swift.mute_crowd, small_settings=_FEW),
    Attack("fast-one-at-a-time", swift.one_at_a_time),
    Attack("repeated-outputs", answers.repeated_outputs, served.write_crowded, grows_mib=320),
    Attack("large-classification", answers.large_classification, served.write_crowded, grows_mib=320),
    Attack("large-json", answers.large_json, served.write_crowded, grows_mib=320),
    Attack("half-read-answers", answers.half_read, served.write_crowded, grows_mib=320),
    Attack("slow-readers", answers.slow_readers, served.write_crowded, grows_mib=420, least_seconds=6),
    Attack("dripped-heads", slow.dripped_heads()),
    Attack("dripped-large-heads", slow.dripped_large_heads, grows_mib=320),
    Attack("endless-line", slow.endless_heads(b"y")),
    Attack("endless-lines", slow.endless_heads(b"y\r\nX: ")),
    Attack("silent-connections", slow.silent_connections(400, 4000), settings=_PATIENT, small_settings=_FEW),
    Attack("slow-bodies", slow.slow_bodies),
    Attack("part-flood", forms.part_flood, grows_mib=320, queues_seconds=0.4),
    Attack("header-flood", forms.header_flood, grows_mib=320, queues_seconds=0.4),
    Attack("line-ends", forms.line_ends, grows_mib=320, queues_seconds=0.4),
    Attack("endless-form", forms.endless_form, grows_mib=320, queues_seconds=0.4),
    Attack("seventeen-parts", forms.seventeen_parts),
    Attack("two-picture-scans", pictures.two_picture_scans, settings={"job_timeout_seconds": 5}, grows_mib=320),
    Attack("many-picture-parts", pictures.many_parts, grows_mib=320, queues_seconds=0.4),
    Attack("broken-orientation", pictures.broken_orientation),
    Attack("http-rules", rules.break_rules),
    Attack("empty-items", forms.empty_items, grows_mib=320),
    Attack("seventeen-pictures", forms.seventeen_pictures),
)
BY_NAME = {attack.name: attack for attack in ATTACKS}
