"use strict";
/* NLP.js over HTTP: `node serve.js examples.json answers.json port`. POST /parse {"text"} gives its ranking. */
const fs = require("node:fs");
const http = require("node:http");
const { NlpManager } = require("node-nlp");

const [, , examplesFile, answersFile, port] = process.argv;

async function main() {
  const manager = new NlpManager({ languages: ["en"], forceNER: false, autoSave: false, nlu: { log: false } });
  for (const [text, label] of JSON.parse(fs.readFileSync(examplesFile, "utf8"))) manager.addDocument("en", text, label);
  const answers = JSON.parse(fs.readFileSync(answersFile, "utf8"));
  const began = Date.now();
  await manager.train();
  const seconds = (Date.now() - began) / 1000;
  http
    .createServer((request, response) => {
      if (request.method === "GET") return response.end(JSON.stringify({ seconds }));
      let body = "";
      request.on("data", (part) => (body += part));
      request.on("end", async () => {
        const found = await manager.process("en", JSON.parse(body).text);
        const answer = { intent: found.intent, score: found.score, text: answers[found.intent] || "" };
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(answer));
      });
    })
    .listen(Number(port), "127.0.0.1");
}

main();
