"""What every section of a stack file shares: camelCase keys, no unknown ones, no silent conversions."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Section(BaseModel):
    """One object of a stack file. Strict: "3" is no number and "yes" no boolean; frozen: config is a fact."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        strict=True,
        use_attribute_docstrings=True,
    )
