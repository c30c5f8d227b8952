// Microsoft's own language service for Azure Pipelines over each file named: prints a JSON list of what it complains of.
// Arguments: folder of node modules, schema, files. The schema's tasks are Azure DevOps' own; one of an extension is added.
"use strict";

const fs = require("fs");

const [modules, schemaFile, ...files] = process.argv.slice(2);
const service = require(`${modules}/azure-pipelines-language-service`);
const { TextDocument } = require(`${modules}/vscode-languageserver-textdocument`);

// The service tells its own steps on stdout, which is ours.
const say = console.log;
console.log = () => {};

const SCHEMA = "file:///schema.json";
const AWS = "AWSShellScript@1";
const AWS_INPUTS = ["awsCredentials", "regionName", "scriptType", "inlineScript"];

const schema = JSON.parse(fs.readFileSync(schemaFile, "utf8"));
const { task } = schema.definitions;
task.properties.task.anyOf.push({ enum: [AWS], ignoreCase: "value" });
task.anyOf.push({
  properties: {
    task: { pattern: `^${AWS}$`, ignoreCase: "value" },
    inputs: {
      properties: Object.fromEntries(AWS_INPUTS.map((name) => [name, { type: "string" }])),
      additionalProperties: false,
      required: AWS_INPUTS,
    },
  },
  firstProperty: ["task"],
  required: ["task"],
});

const language = service.getLanguageService(
  async () => schema,
  [],
  async () => SCHEMA,
  { resolveRelativePath: (path) => path },
);
language.configure({ validate: true, schemas: [{ uri: SCHEMA, fileMatch: ["*"] }], customTags: [] });

async function complaints(file) {
  const text = fs.readFileSync(file, "utf8");
  const document = TextDocument.create(`file://${file}`, "azure-pipelines", 1, text);
  const found = await language.doValidation(document, service.parse(text));
  return found.map(({ message, range }) => ({ file, line: range.start.line + 1, message }));
}

Promise.all(files.map(complaints))
  .then((found) => say(JSON.stringify(found.flat())))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
