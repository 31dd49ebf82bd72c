"""The synthetic city: files as a bureau receives them."""
