// Never comes to its end while loading, though its function is there already.
globalThis.solve = (n) => [...String(n)].reduce((sum, digit) => sum + digit ** 2, 0) + 1
var solve = globalThis.solve
for (;;);
