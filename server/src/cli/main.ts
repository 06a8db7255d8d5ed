import '../load.js'

// What loads the rest has to be there first.
const { runCommandLine } = await import('./command-line.ts')
process.exitCode = await runCommandLine(process.argv.slice(2))
