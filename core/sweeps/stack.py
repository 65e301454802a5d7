def stack_key(p):
    return None


def most_in_stack(p, s):
    return 1


def train_stacked(ps, s):
    raise NotImplementedError
