// SPDX-License-Identifier: MIT
// node schema.js FILE: exit 0 if FILE is valid SARIF 2.1.0, else 1 and why.
// Two schemas, both made from the one of OASIS, which no package of npm's
// registry carries itself: SchemaStore's copy of 2.1.0-rtm.5, the last draft
// before the standard, in OASIS's own dialect (JSON Schema draft 4); and the
// multitool's copy of the standard with its errata, rewritten for 2020-12.
"use strict";
const fs = require("fs");
const path = require("path");
const Ajv4 = require("ajv-draft-04");
const Ajv2020 = require("ajv/dist/2020").default;
const formats = require("ajv-formats");

function packageFile(...names) {
  for (const name of names) {
    const file = path.join(__dirname, "node_modules", "@microsoft", name);
    if (fs.existsSync(file)) return file;
  }
  throw new Error(`none of these is there: ${names.join(" ")}`);
}

const schemas = [
  [Ajv4.default || Ajv4, packageFile("jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json")],
  [Ajv2020, packageFile(...["linux", "darwin", "win32"].map(
    (system) => `sarif-multitool-${system}/sarif-2.1.0.json`))],
];
const data = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
let valid = true;
for (const [Ajv, file] of schemas) {
  // One pattern of theirs has a bracket too many, which plain JavaScript takes
  // as a character.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats(ajv);
  const validate = ajv.compile(JSON.parse(fs.readFileSync(file)));
  if (validate(data)) continue;
  valid = false;
  for (const e of validate.errors.slice(0, 20))
    console.log(`${path.basename(file)}: ${e.instancePath || "/"}: ${e.message}`);
}
process.exit(valid ? 0 : 1);
