import { compileMessage } from '@lingui/message-utils/compileMessage'
import type { Plugin } from 'vite'

const COMPILER = '@lingui/message-utils/compileMessage'
const WORDS = /\/src\/words\/[^/]+\.ts$/

/** A sentence as the reader's browser needs it: parsed, unless there is nothing in it to fill. */
function readySentence(sentence: string): unknown {
  const parsed = compileMessage(sentence)
  return Array.isArray(parsed) && parsed.length === 1 && typeof parsed[0] === 'string' ? parsed[0] : parsed
}

function readyCatalogue(name: string, catalogue: unknown): string {
  if (typeof catalogue !== 'object' || catalogue === null)
    throw new Error(`${name} is no catalogue of words.`)
  const sentences = Object.entries(catalogue).map(([id, sentence]) => [id, readySentence(String(sentence))])
  return `export const ${name} = ${JSON.stringify(Object.fromEntries(sentences))}`
}

/** Parses the sentences when the portal is built, so that no browser fetches what reads their syntax. */
export const readyWords: Plugin = {
  name: 'ready-words',
  apply: 'build',
  enforce: 'pre',
  resolveId: (id) => (id === COMPILER ? `\0${COMPILER}` : null),
  load: (id) => (id === `\0${COMPILER}` ? 'export const compileMessage = (sentence) => sentence' : null),
  transform: {
    filter: { id: WORDS },
    async handler(_code, id) {
      const catalogues: object = await import(id)
      const made = Object.entries(catalogues).map(([name, catalogue]) => readyCatalogue(name, catalogue))
      return { code: made.join('\n'), map: null }
    },
  },
}
