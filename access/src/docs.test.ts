import { expect, test } from 'vitest'
import { permissionMatrixMarkdown } from './docs.ts'
import { PERMISSIONS, permissionsOfPlane } from './permissions.ts'
import { REFUSAL_CODES } from './refusals.ts'
import { LINK_ROLES } from './roles.ts'
import { signOf } from './testing/oracle-table.ts'

const page = permissionMatrixMarkdown()
const lines = page.split('\n')

test('the page shows for every role and permission the sign of the specification', () => {
  const missing = permissionsOfPlane('delegation').filter(({ name }) => {
    const signs = LINK_ROLES.map((role) => signOf(name, role)).join(' | ')
    return !lines.some((line) => line.startsWith(`| \`${name}\``) && line.endsWith(`| ${signs} |`))
  })
  expect(missing).toEqual([])
})

test('the page names every permission and every refusal code', () => {
  expect(PERMISSIONS.filter(({ name }) => !page.includes(`\`${name}\``))).toEqual([])
  expect(REFUSAL_CODES.filter((code) => !page.includes(`\`${code}\``))).toEqual([])
})

test('every row of a table has as many cells as its head', () => {
  const widths = lines.map((line) => (line.startsWith('|') ? line.split(' | ').length : 0))
  const uneven = widths.filter(
    (width, index) => width > 0 && (widths[index - 1] ?? 0) > 0 && width !== widths[index - 1],
  )
  expect(uneven).toEqual([])
  expect(page.endsWith('|\n')).toBe(true)
})
