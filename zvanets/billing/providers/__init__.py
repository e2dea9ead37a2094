"""Those who take the money: a folder or module each."""
