import { isTest, pathOf } from './paths.js'

const ALLOWED = /^server\/(src\/platform\/.*|testing\/.*|src\/modules\/.*\/((.+-)?store|tables)\.ts)$/
const MESSAGE = 'Raw SQL lives in store.ts, where a reviewer looks for it.'

function isSql(node) {
  return node.type === 'Identifier' && node.name === 'sql'
}

/** Raw SQL can step around the query builder's types, so it stays in the files that hold queries. */
export const sqlInStore = {
  create(context) {
    const path = pathOf(context)
    if (!path.startsWith('server/') || isTest(path) || ALLOWED.test(path)) return {}
    return {
      ImportSpecifier(node) {
        if (isSql(node.imported)) context.report({ node, message: MESSAGE })
      },
      TaggedTemplateExpression(node) {
        const { tag } = node
        const isMember = tag.type === 'MemberExpression' && isSql(tag.property)
        if (isSql(tag) || isMember) context.report({ node, message: MESSAGE })
      },
    }
  },
}
