/** One condition of a text of SQL that is joined to others by `and`, with the text in which it is always true. */
export interface Weakened {
  /** The condition that is gone. */
  readonly condition: string
  readonly text: string
}

const WORD = /[a-z_]/i
const ENDS = new Set(
  'and or order group limit then join left inner cross where union except returning loop when else end into'.split(
    ' ',
  ),
)

interface Token {
  readonly word: string
  readonly start: number
  readonly depth: number
}

function skipQuoted(sql: string, from: number): number {
  if (sql[from] === "'") return sql.indexOf("'", from + 1) + 1 || sql.length
  if (sql.startsWith('--', from)) return sql.indexOf('\n', from) + 1 || sql.length
  return from
}

/** Words, brackets and semicolons outside of strings and comments, each with the depth of brackets it stands in. */
function tokensOf(sql: string): Token[] {
  const tokens: Token[] = []
  let depth = 0
  for (let at = 0; at < sql.length;) {
    const skipped = skipQuoted(sql, at)
    if (skipped > at) {
      at = skipped
      continue
    }
    const character = sql[at] ?? ''
    const quote = /^\$\w*\$/.exec(sql.slice(at, at + 40))?.[0]
    if (quote !== undefined) {
      tokens.push({ word: ';', start: at, depth })
      at += quote.length
      continue
    }
    if (character === ')') depth -= 1
    if ('();'.includes(character)) tokens.push({ word: character, start: at, depth })
    if (character === '(') depth += 1
    if (!WORD.test(character)) {
      at += 1
      continue
    }
    let end = at
    while (/[\w.]/.test(sql[end] ?? ' ')) end += 1
    tokens.push({ word: sql.slice(at, end).toLowerCase(), start: at, depth })
    at = end
  }
  return tokens
}

function endsCondition(token: Token, depth: number): boolean {
  if (token.depth < depth || (token.word === ')' && token.depth < depth)) return true
  return token.depth === depth && (token.word === ';' || ENDS.has(token.word))
}

/** Whether the token is a part of `between … and …`, or of `when … then` and the like, where nothing may be replaced. */
function isRange(tokens: readonly Token[], index: number): boolean {
  const { depth = 0 } = tokens[index] ?? {}
  for (let before = index - 1; before >= 0; before -= 1) {
    const token = tokens[before]
    if (!token || token.depth < depth) return false
    if (token.depth > depth) continue
    if (token.word === 'between') return true
    if (ENDS.has(token.word) || token.word === 'on') return false
  }
  return false
}

/** Ends a condition that holds a `case` with the `end` of it, not before. */
function findEnd(tokens: readonly Token[], { from, depth }: { from: number; depth: number }): number {
  let open = 0
  for (let index = from; index < tokens.length; index += 1) {
    const token = tokens[index]
    if (!token) break
    if (token.depth === depth && token.word === 'case') open += 1
    else if (open > 0 && token.depth === depth && token.word === 'end') open -= 1
    else if (open === 0 && endsCondition(token, depth)) return index
  }
  return tokens.length
}

/** The text as often as it has conditions after `where` or `and`, each time without one of them. */
export function weaken(sql: string): Weakened[] {
  const tokens = tokensOf(sql)
  return tokens.flatMap(({ word, start, depth }, index) => {
    if ((word !== 'and' && word !== 'where') || isRange(tokens, index)) return []
    const end = findEnd(tokens, { from: index + 1, depth })
    const from = start + word.length
    const to = tokens[end]?.start ?? sql.length
    const condition = sql.slice(from, to).trim().replaceAll(/\s+/g, ' ').replace(/;$/, '')
    if (condition === '' || condition === 'true') return []
    const tail = /\s*;?\s*$/.exec(sql.slice(from, to))?.[0] ?? ''
    return [{ condition, text: `${sql.slice(0, from)} true${tail || ' '}${sql.slice(to)}` }]
  })
}
