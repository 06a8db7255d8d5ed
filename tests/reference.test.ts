import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FormBrowser } from '../server/testing/form-browser.ts'
import { portOf } from '../server/testing/ports.ts'
import { wholeProduct } from '../server/testing/whole-product.ts'
import { TestWorld } from '../server/testing/world.ts'
import { bodyToSend, curlOf } from '../server/src/reference/curl.ts'
import { GROUPS, readReference, recordAt } from '../server/src/reference/document.ts'
import type { Json, Reference } from '../server/src/reference/document.ts'
import { findOperations } from '../server/src/reference/list-pages.ts'
import { bodyOf } from '../server/src/reference/operation-page.ts'
import { exampleOf } from '../server/src/reference/schema-example.ts'

let world: TestWorld
let document: Json
let reference: Reference
let compile: (schema: unknown) => (value: unknown) => string | undefined

const get = (path: string) => new FormBrowser(world).get(path)

beforeAll(async () => {
  world = await TestWorld.start(wholeProduct)
  document = JSON.parse((await get('/api/v1/openapi.json')).text)
  reference = readReference(document)
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  for (const format of ['int32', 'int64', 'base64']) ajv.addFormat(format, true)
  ajv.addSchema({ $id: 'openapi', components: recordAt(document, 'components') })
  // Many operations have the same schema, and compiling one takes longer than all that is looked at with it.
  const compiled = new Map<string, ValidateFunction>()
  compile = (schema) => {
    const text = JSON.stringify(schema).replaceAll('"#/', '"openapi#/')
    const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text))
    compiled.set(text, validate)
    return (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors))
  }
}, 120_000)
afterAll(() => world[Symbol.asyncDispose]())

describe('the API reference', () => {
  test('every operation has a page of its own that needs no script, names its permission, its example and every refusal', async () => {
    expect(reference.operations.length).toBeGreaterThan(700)
    for (const { id, path, permission, told } of reference.operations) {
      const shown = await get(`/docs/api/operations/${id}`)
      expect(shown.status, id).toBe(200)
      expect(shown.text, id).toContain(`<code>${path}</code>`)
      expect(shown.text, id).toContain(permission === undefined ? id : `<code>${permission}</code>`)
      for (const codes of Object.values(recordAt(told, 'x-problem-codes')))
        for (const code of Array.isArray(codes) ? codes : [])
          expect(shown.text, id).toContain(`href="/docs/errors#${String(code)}"`)
      expect(shown.text, id).not.toMatch(/<script|<style|style="|undefined|\[object/)
    }
  }, 120_000)

  test('every example of what is sent or answered has the form that the document declares', () => {
    const wrong: string[] = []
    const look = (id: string, schema: unknown, value: unknown) => {
      const fault = compile(schema)(value)
      if (fault !== undefined) wrong.push(`${id}: ${fault}`)
    }
    for (const operation of reference.operations) {
      const sent = bodyOf(operation.told['requestBody'])
      if (sent !== undefined) look(`${operation.id} takes`, sent, bodyToSend(operation, reference))
      for (const [status, answer] of Object.entries(recordAt(operation.told, 'responses'))) {
        const schema = status.startsWith('2') ? bodyOf(answer) : undefined
        if (schema !== undefined)
          look(`${operation.id} answers`, schema, exampleOf(reference.resolve(schema), '', reference.resolve))
      }
    }
    expect(wrong).toEqual([])
    // The looks bite: what lacks a required field is told.
    const ticket = reference.byId.get('postPartnerSupportTickets')
    expect(compile(bodyOf(ticket?.told['requestBody']))({ subject: 'No signal' })).toContain('description')
  }, 120_000)

  test('an example can be pasted into a shell as it stands', async () => {
    const person = await world.person('Dana')
    const caller = await world.signIn(person.id)
    await world.app.http.listen({ port: 0, host: '127.0.0.1' })
    const operation = reference.byId.get('getMe')
    const command = operation && curlOf(operation, reference)
    expect(command).toContain('$LIAISON/api/v1/me')
    // What stands in capitals is the reader's own.
    const own = {
      LIAISON: `http://127.0.0.1:${portOf(world.app.http.server)}`,
      SESSION: String(caller.cookie).replace(/^[^=]+=/, ''),
    }
    const settings = Object.entries(own).map(([name, value]) => `${name}='${value}'\n`)
    const { stdout } = await promisify(execFile)('sh', ['-c', `${settings.join('')}${String(command)}`])
    expect(JSON.parse(stdout)).toMatchObject({ person: { name: 'Dana' } })
  })

  test('the front page leads to every kind of caller, and each of these pages to its operations', async () => {
    const front = await get('/docs/api')
    let told = 0
    for (const { id, title } of GROUPS) {
      expect(front.text).toContain(`href="/docs/api/${id}"`)
      const shown = await get(`/docs/api/${id}`)
      expect(shown.text).toContain(`<h1>${title}</h1>`)
      told += new Set(shown.text.match(/\/docs\/api\/operations\/\w+/g)).size
    }
    expect(told).toBe(reference.operations.length)
  })

  test('what is looked for is found by all of its words, those in the address first, and is never markup', async () => {
    const ids = findOperations(reference, 'POST support tickets').map(({ id }) => id)
    expect(ids[0]).toBe('postPartnerSupportTickets')
    expect(findOperations(reference, 'partner.support.tickets.create').map(({ id }) => id)).toContain(ids[0])
    const shown = await get(`/docs/api?q=${encodeURIComponent('<b>"tickets')}`)
    expect(shown.text).toContain('value="&lt;b&gt;&quot;tickets"')
    expect(shown.text).toContain('Nothing has all of these words.')
    expect((await get('/docs/api?q=api')).text).toContain('another word narrows them')
  })

  test('a page that is not there is told to be missing', async () => {
    for (const path of [
      '/docs/api/nowhere',
      '/docs/api/operations/nothing',
      '/docs/api/operations/__proto__',
    ])
      expect((await get(path)).status, path).toBe(404)
  })
})
