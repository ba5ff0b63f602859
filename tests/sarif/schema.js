// SPDX-License-Identifier: MIT
// node schema.js FILE: exit 0 if FILE is valid SARIF 2.1.0, else 1 and why.
// The schema is the OASIS one in the copy that the multitool package ships.
"use strict";
const fs = require("fs");
const path = require("path");
const Ajv = require("ajv/dist/2020").default;
const formats = require("ajv-formats");

function packageFile(name) {
  for (const system of ["linux", "darwin", "win32"]) {
    const file = path.join(__dirname, "node_modules", "@microsoft",
      `sarif-multitool-${system}`, name);
    if (fs.existsSync(file)) return file;
  }
  throw new Error(`the multitool package has no ${name} for this system`);
}

const ajv = new Ajv({ strict: false, allErrors: true });
formats(ajv);
const schema = JSON.parse(fs.readFileSync(packageFile("sarif-2.1.0.json")));
const validate = ajv.compile(schema);
if (!validate(JSON.parse(fs.readFileSync(process.argv[2], "utf8")))) {
  for (const e of validate.errors.slice(0, 20))
    console.log(`${e.instancePath || "/"}: ${e.message}`);
  process.exit(1);
}
