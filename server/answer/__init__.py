"""What is answered, over HTTP and on the command line alike: values, shown to people by `server.cli.show` and to
programs as JSON.

The JSON Schema in docs/output.schema.json is generated from these dataclasses, so field names are a promise.
Exact numbers are strings: a finite decimal where there is one, else `n/d`.
"""
