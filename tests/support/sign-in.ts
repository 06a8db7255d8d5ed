import type { APIRequestContext } from 'playwright-core'

/**
 * Signs somebody in with password and one-time code by the requests that the two forms send, into whatever shares the
 * cookies; answers where the person is led. The forms themselves are walked by the tests that are about them.
 */
export async function signInByRequest(
  request: APIRequestContext,
  url: string,
  account: { readonly email: string; readonly password: string },
  codeOf: () => Promise<string>,
): Promise<string> {
  const send = async (path: string, form: Record<string, string>): Promise<string> => {
    const headers = { origin: url, 'sec-fetch-site': 'same-origin' }
    const answer = await request.post(`${url}${path}`, { form, headers, maxRedirects: 0 })
    const next = answer.headers()['location']
    if (next === undefined)
      throw new Error(`${account.email} was not signed in; ${path} says: ${await answer.text()}`)
    return next
  }
  const { email, password } = account
  const factor = await send('/signin', { email, password })
  return send(factor, { code: await codeOf() })
}
