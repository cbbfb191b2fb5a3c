"""Pure parts of messages: whom a notice is for, when somebody is left in peace."""
