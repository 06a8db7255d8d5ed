import { pathOf } from './paths.js'

const MESSAGE = 'Reach other modules as #modules/NAME/index.ts and the platform as #platform/FILE.ts.'

/** A path that climbs twice leaves the feature it belongs to; the named entrances show that it does. */
export const nearImports = {
  create(context) {
    if (!pathOf(context).startsWith('server/src/')) return {}
    function check(node) {
      if (node.source?.value?.startsWith('../../')) context.report({ node: node.source, message: MESSAGE })
    }
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ImportExpression: check }
  },
}
