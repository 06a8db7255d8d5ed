import { pathOf } from './paths.js'

const ALLOWED =
  /^(server\/src\/platform\/config\.ts|scripts\/.*|bench\/.*|chaos\/.*|evidence\/.*|server\/testing\/.*)$/
const MESSAGE = 'Only platform/config.ts reads the environment; add the variable to its schema.'

function isNamed(node, name) {
  return (
    (node.type === 'Identifier' && node.name === name) || (node.type === 'Literal' && node.value === name)
  )
}

function bindsEnv(pattern) {
  return pattern.type === 'ObjectPattern' && pattern.properties.some(({ key }) => key && isNamed(key, 'env'))
}

/** Configuration has one schema, so that every variable is checked at the start and documented. */
export const oneEnvironment = {
  create(context) {
    if (ALLOWED.test(pathOf(context))) return {}
    return {
      MemberExpression(node) {
        if (isNamed(node.object, 'process') && isNamed(node.property, 'env')) {
          context.report({ node, message: MESSAGE })
        }
      },
      VariableDeclarator(node) {
        if (node.init && isNamed(node.init, 'process') && bindsEnv(node.id)) {
          context.report({ node, message: MESSAGE })
        }
      },
      ImportDeclaration(node) {
        const isProcess = /^(node:)?process$/.test(node.source.value)
        const takesEnv = node.specifiers.some(({ imported }) => imported && isNamed(imported, 'env'))
        if (isProcess && takesEnv) context.report({ node, message: MESSAGE })
      },
    }
  },
}
