"""The surface tree: what a mandate file says, word for word, before anything is checked.

One node per thing that can be written; nothing is resolved, so a term may be unknown and a number may lack its
base: `dsl.check` says so. Every node carries its span, and equality ignores it. Numbers are exact. Spellings that
mean the same have one tree (`at most` and `<=`, `is not` and `not … is`), so the formatter has one canonical text.
"""

from dsl.tree.block import *  # noqa: F403 - the package is its four parts, under one name
from dsl.tree.case import *  # noqa: F403
from dsl.tree.demand import *  # noqa: F403
from dsl.tree.expression import *  # noqa: F403
