"""Every kind of control as the design file has it: one file a kind, registered by being here."""

from trimtab.core.registering import import_files

import_files(__name__, __path__)
