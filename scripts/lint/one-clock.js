import { isTest, pathOf } from './paths.js'

const CLOCKS = /^(server\/src|portal\/src)\/platform\/clock\.ts$/
const MESSAGE = 'Only platform/clock.ts reads the time; take `now` as a parameter.'

function isDate(node) {
  return node.type === 'Identifier' && node.name === 'Date'
}

/** The present moment is a parameter, so that every rule that depends on it can be tested at any moment. */
export const oneClock = {
  create(context) {
    const path = pathOf(context)
    if (CLOCKS.test(path) || isTest(path) || /^(scripts|bench|chaos|evidence)\//.test(path)) return {}
    return {
      NewExpression(node) {
        if (isDate(node.callee) && node.arguments.length === 0) context.report({ node, message: MESSAGE })
      },
      CallExpression(node) {
        if (isDate(node.callee)) context.report({ node, message: MESSAGE })
      },
      MemberExpression(node) {
        if (isDate(node.object) && node.property.type === 'Identifier' && node.property.name === 'now') {
          context.report({ node, message: MESSAGE })
        }
      },
    }
  },
}
