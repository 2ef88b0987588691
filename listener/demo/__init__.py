"""The invented fortnight that `klankbord demo` plays: written by us, about a company, people and places that do not exist."""
