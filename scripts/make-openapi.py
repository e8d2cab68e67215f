#!/usr/bin/env python3
"""Makes collector/CollectorAPI/OpenAPI/OpenAPIDocument.swift, what the collector serves, from docs/openapi.yaml.

usage: make-openapi.py     after every change of docs/openapi.yaml; needs PyYAML (Debian: python3-yaml)
"""
import json
import os

import yaml

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
with open("docs/openapi.yaml") as file:
    text = json.dumps(yaml.safe_load(file), indent=1, ensure_ascii=True)
with open("collector/CollectorAPI/OpenAPI/OpenAPIDocument.swift", "w") as file:
    file.write(f'''// swift-format-ignore-file
// Made from docs/openapi.yaml by scripts/make-openapi.py; change it there.

/// The description of this API, as it is served.
enum OpenAPIDocument {{
    /// OpenAPI 3.1 as JSON.
    static let json = ###"""
{text}
"""###
}}
''')
