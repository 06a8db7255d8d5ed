import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'

/** A regular expression of the source, as it is written there. */
export interface Expression {
  readonly source: string
  readonly flags: string
  readonly place: string
}

const PRODUCT = ['access/src', 'server/src', 'portal/src', 'sdk', 'gateway', 'guard']

/** Every literal regular expression of one text. */
export function expressionsOf(text: string, file: string): Expression[] {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: Expression[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/')
      const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1
      found.push({
        source: node.text.slice(1, end),
        flags: node.text.slice(end + 1),
        place: `${file}:${line}`,
      })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

/** Every literal regular expression that the product runs; those of its tests are left out. */
export async function readExpressions(root: string): Promise<Expression[]> {
  const found: Expression[] = []
  for (const folder of PRODUCT)
    for await (const file of glob(`${folder}/**/*.{ts,tsx,js}`, {
      cwd: root,
      exclude: (name) => name === 'node_modules' || name === 'dist' || name.includes('.test.'),
    }))
      found.push(...expressionsOf(await readFile(join(root, file), 'utf8'), file))
  return found
}
