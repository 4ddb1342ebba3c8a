"""Whether what stands at an address is an OpenAPI document."""

import sys

import requests
from openapi_spec_validator import OpenAPIV31SpecValidator

document = requests.get(sys.argv[1], timeout=20).json()
errors = [f"{'/'.join(map(str, error.path))}: {error.message}" for error in OpenAPIV31SpecValidator(document).iter_errors()]
print("\n".join(errors))
sys.exit(bool(errors) or not document["paths"])
