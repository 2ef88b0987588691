"""Public wording filled in from templates, and checked: variables, length, neutrality."""
