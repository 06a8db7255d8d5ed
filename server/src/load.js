// JavaScript, as the entry that begins with it is. How the server's sources are loaded: what Node makes of them is kept,
// and where they stand is not searched for.
import { enableCompileCache, registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

const SOURCES = new URL('.', import.meta.url).href

/** What a source names by its path, as `package.json` maps the names that begin with a hash; anything else is Node's to find. */
function addressOf(/** @type {string} */ specifier, /** @type {string} */ parent) {
  if (specifier.startsWith('.')) return new URL(specifier, parent).href
  return /^#(?:modules|platform)\//.test(specifier) ? SOURCES + specifier.slice(1) : undefined
}

// Kept beside the installed packages, where nobody writes who could not change the program itself; where it cannot be
// written, nothing is kept. It spares a start half of the time that loading takes.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)))

// Node looks for a `package.json` in each folder above each of a thousand files, several times: a quarter of what a start
// takes. A source names another with its whole path and its ending, so that there is nothing to look for.
registerHooks({
  resolve(specifier, context, next) {
    const { parentURL } = context
    const url =
      parentURL?.startsWith(SOURCES) && specifier.endsWith('.ts')
        ? addressOf(specifier, parentURL)
        : undefined
    return url === undefined
      ? next(specifier, context)
      : { url, format: 'module-typescript', shortCircuit: true }
  },
})
