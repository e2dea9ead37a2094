"""Files that people attach: looked into, kept outside the web's root, handed out inert. The owner's room says whose they are."""
