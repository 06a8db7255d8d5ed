import { nearImports } from './near-imports.js'
import { oneClock } from './one-clock.js'
import { oneEnvironment } from './one-environment.js'
import { productWords } from './product-words.js'
import { sqlInStore } from './sql-in-store.js'

/** The rules of this house that no public linter knows. */
export default {
  meta: { name: 'liaison' },
  rules: {
    'near-imports': nearImports,
    'one-clock': oneClock,
    'one-environment': oneEnvironment,
    'product-words': productWords,
    'sql-in-store': sqlInStore,
  },
}
