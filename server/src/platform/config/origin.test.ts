import { expect, test } from 'vitest'
import { ConfigError, readConfig } from '../config.ts'

const NAMES = ['PUBLIC_ORIGIN', 'EMBED_ORIGIN', 'AUTH_ORIGIN'] as const

test.each(NAMES)('%s over http is refused before anything starts, with its name (ASVS 12.2.1)', (name) => {
  for (const origin of [
    'http://partners.example',
    'http://10.0.0.7:3000',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'ftp://partners.example',
    'partners.example',
  ])
    expect(() => readConfig({ [name]: origin }), origin).toThrow(ConfigError)
  expect(() => readConfig({ [name]: 'http://partners.example' })).toThrow(
    `${name}: must begin with https://, unless it names this machine`,
  )
})

test.each(NAMES)('%s is taken over https, and of this machine without it', (name) => {
  for (const origin of [
    'https://partners.example',
    'http://localhost:3000',
    'http://embed.localhost:3000',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
  ])
    expect(() => readConfig({ [name]: origin }), origin).not.toThrow()
})
