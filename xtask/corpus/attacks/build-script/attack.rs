fn attack() {}
