"""Pure code of the roster: codes and their rules, pinyin, names of classes."""
