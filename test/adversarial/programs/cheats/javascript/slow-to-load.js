// Burns its time while loading, so that whoever waits for it runs out of his own; then answers wrong.
const until = Date.now() + 800
while (Date.now() < until);
const solve = () => -1
