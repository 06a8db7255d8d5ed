import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * @param {{ filename: string }} context
 * @returns {string} the path of the linted file from the root of the repository, with forward slashes.
 */
export function pathOf(context) {
  return relative(root, context.filename).replaceAll('\\', '/')
}

/**
 * @param {string} path
 * @returns {boolean} whether the file is a test.
 */
export function isTest(path) {
  return /\.test\.tsx?$/.test(path)
}
