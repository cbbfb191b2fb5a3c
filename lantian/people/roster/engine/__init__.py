"""Pure code of the roster: pinyin, citizen numbers, names of classes."""
