"""What moto lacks for terraform-provider-aws 5.100, one file per AWS service.

Every handler stores what it is given and gives it back as given: "no drift" on it proves the graph, the order and the names
of our Terraform, nothing about AWS. Importing this package registers every handler and applies every correction of moto.
"""

import importlib
import pkgutil

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
