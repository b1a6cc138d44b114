"""The root parameters of a compiled pipeline, as the SDK's own parser reads them."""

from google.protobuf import json_format
from kfp import components
from kfp.pipeline_spec import pipeline_spec_pb2


def of(path):
    """{name: {"type", "optional", and "default" and "description" where there are any}}."""
    spec = components.load_component_from_file(path).pipeline_spec
    return {name: parameter(found) for name, found in sorted(spec.root.input_definitions.parameters.items())}


def parameter(found):
    said = {
        "type": pipeline_spec_pb2.ParameterType.ParameterTypeEnum.Name(found.parameter_type),
        "optional": found.is_optional,
    }
    if found.HasField("default_value"):
        said["default"] = json_format.MessageToDict(found.default_value)
    if found.description:
        said["description"] = found.description
    return said
