import { domainToASCII } from 'node:url'

const DOMAIN = /^(?=.{4,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/
const NUMBERS = /^[\d.]+$/

/**
 * The domain that somebody means who writes `Acme.com`, `www.acme.com.` or `https://acme.com/about`, as DNS spells it; null
 * for what is none. Two registrations of one prospect are told by it, so that every spelling must give the same.
 */
export function domainOf(text: string): string | null {
  const [host = ''] = text
    .trim()
    .replace(/^https?:\/\//i, '')
    .split(/[/?#:]/)
  const domain = domainToASCII(host.replace(/\.$/, '')).replace(/^www\.(?=.*\.)/, '')
  return DOMAIN.test(domain) && !NUMBERS.test(domain) ? domain : null
}
