import { pathOf } from './paths.js'

/** What the product calls a thing, by the word that must not stand for it. */
const SYNONYMS = new Map([
  ['customer', 'tenant'],
  ['customers', 'tenants'],
  ['workspace', 'tenant'],
  ['workspaces', 'tenants'],
  ['carrier', 'provider'],
  ['impersonate', 'act in'],
  ['impersonated', 'acting in'],
  ['impersonating', 'acting in'],
  ['impersonation', 'acting in'],
  ['impersonator', 'actor'],
  ['privilege', 'permission'],
  ['privileges', 'permissions'],
])

/** Names that other parties fixed: token claims, request parameters, and fields and path of the partner API. */
const FIXED_NAMES = new Set([
  'customer_ban',
  'customer_hint',
  'customer_id',
  'customer_mismatch',
  'customer_name',
  'customer_ref',
  'customers',
  'notify_customer',
])

/** The partner API's schemas, as whoever reads its answers must call them. */
const API_SCHEMAS = new Set(['Customer', 'CustomerDetail', 'CustomerPage'])

/** The SDK speaks the partner API's language, whose path and schemas say customer. */
const API_WORDS = new Set(['customer', 'customers'])

/** Endings that say nothing about what the thing is. */
const EMPTY_ENDING = /(Manager|Helpers?|Utils?)$/

function splitWords(name) {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
    .filter((word) => word !== '')
}

function isOthersName(node) {
  const { parent } = node
  return (
    (parent.type === 'MemberExpression' && parent.property === node && !parent.computed) ||
    (parent.type === 'ImportSpecifier' && parent.imported === node)
  )
}

/** One word for one thing, in code as on screen: the words of the product are binding in identifiers too. */
export const productWords = {
  create(context) {
    const isSdk = /^(sdk|guard)\//.test(pathOf(context))
    function checkEnding(node) {
      if (node.id && EMPTY_ENDING.test(node.id.name)) {
        context.report({ node: node.id, message: `"${node.id.name}" does not say what it is; name its job.` })
      }
    }
    return {
      Identifier(node) {
        const words = splitWords(node.name)
        const isFixed = FIXED_NAMES.has(words.join('_')) || API_SCHEMAS.has(node.name)
        if (isFixed || isOthersName(node)) return
        const synonym = words.find((word) => SYNONYMS.has(word) && !(isSdk && API_WORDS.has(word)))
        if (synonym) {
          const word = SYNONYMS.get(synonym)
          context.report({
            node,
            message: `"${node.name}": the product's word for "${synonym}" is "${word}".`,
          })
        }
      },
      ClassDeclaration: checkEnding,
      TSInterfaceDeclaration: checkEnding,
      TSTypeAliasDeclaration: checkEnding,
    }
  },
}
