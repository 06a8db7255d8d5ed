// Whoever gets a program to write to `__proto__` of an object changes every object (ASVS 15.3.6). Nothing here needs that
// name: prototypes are read and set by the functions that are there for it. As `--disable-proto=delete` does, which would
// have to be given to every process that starts; a library that compiles rules of features does not bear `throw`.
Reflect.deleteProperty(Object.prototype, '__proto__')
