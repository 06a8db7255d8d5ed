import { Button, NativeSelect, Textarea } from '@mantine/core'
import { useState } from 'react'

import { Note } from '../../parts/page.tsx'
import { addWords, t } from '../../platform/words.ts'
import { keyPair } from '../../words/key-pair.ts'
import { holdsPrivateKey, makeKeyPair, readPublicKeys } from './key-pair.ts'
import type { PrivateFormat, PublicJwk } from './key-pair.ts'

addWords(keyPair)

/** What was given as keys so far. */
export type GivenKeys =
  | { way: 'make'; made: { jwk: PublicJwk; file: string } | null }
  | { way: 'paste'; text: string; isPrivate: boolean }

export const noKeys: GivenKeys = { way: 'make', made: null }

/** The public keys that were given, or what is wrong with them in words. */
export async function takeKeys(given: GivenKeys): Promise<{ keys: PublicJwk[] } | { fault: string }> {
  if (given.way === 'make') return given.made ? { keys: [given.made.jwk] } : { fault: t('keypair.missing') }
  if (given.text.trim() === '') return { fault: t(given.isPrivate ? 'keypair.private' : 'keypair.missing') }
  const read = await readPublicKeys(given.text)
  return typeof read === 'string' ? { fault: t(`keypair.${read}`) } : { keys: read }
}

function save({ name, text, type }: { name: string; text: string; type: string }): void {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}

type PartProps = { given: GivenKeys; onGiven: (given: GivenKeys) => void }

function Maker({ given, onGiven }: PartProps) {
  const [format, setFormat] = useState<PrivateFormat>('jwk')
  const made = given.way === 'make' ? given.made : null
  const make = async () => {
    const { jwk, file } = await makeKeyPair(format)
    save(file)
    onGiven({ way: 'make', made: { jwk, file: file.name } })
  }
  return (
    <div className="stack tight">
      <NativeSelect
        id="key_format"
        label={t('keypair.format')}
        value={format}
        onChange={(event) => setFormat(event.currentTarget.value === 'pem' ? 'pem' : 'jwk')}
      >
        <option value="jwk">{t('keypair.format_jwk')}</option>
        <option value="pem">{t('keypair.format_pem')}</option>
      </NativeSelect>
      <div>
        <Button type="button" variant="default" onClick={() => void make()}>
          {t(made === null ? 'keypair.make' : 'keypair.again')}
        </Button>
      </div>
      {made !== null && (
        <Note>
          <p role="status">{t('keypair.made', { file: made.file })}</p>
          <p className="small">
            {t('keypair.id')}: <code className="mono">{made.jwk['kid']}</code>
          </p>
        </Note>
      )}
    </div>
  )
}

function Paster({ given, onGiven }: PartProps) {
  const state = given.way === 'paste' ? given : { way: 'paste' as const, text: '', isPrivate: false }
  // What holds a private key is dropped at once, so that it stays nowhere on the page.
  const take = (text: string) =>
    onGiven(
      holdsPrivateKey(text)
        ? { way: 'paste', text: '', isPrivate: true }
        : { way: 'paste', text, isPrivate: false },
    )
  return (
    <div className="stack tight">
      <Textarea
        id="key_text"
        label={t('keypair.paste')}
        rows={5}
        spellCheck={false}
        autoComplete="off"
        value={state.text}
        error={state.isPrivate ? t('keypair.private') : undefined}
        onChange={(event) => take(event.currentTarget.value)}
      />
      <label className="stack tight">
        {t('keypair.file')}
        <input
          type="file"
          accept=".json,.jwk,.pem,.txt"
          onChange={(event) => void event.currentTarget.files?.[0]?.text().then(take)}
        />
      </label>
    </div>
  )
}

type KeyFieldProps = PartProps & { error: string | undefined }

/** Asks for a public key: one whose pair is made here, or one that the person has. */
export function KeyField({ given, onGiven, error }: KeyFieldProps) {
  return (
    <fieldset id="keys" className="stack tight" tabIndex={-1}>
      <legend>{t('keypair.legend')}</legend>
      {error !== undefined && <p className="small late">{error}</p>}
      {(['make', 'paste'] as const).map((way) => (
        <label key={way} className="choice">
          <input
            type="radio"
            name="key_way"
            checked={given.way === way}
            onChange={() => onGiven(way === 'make' ? noKeys : { way, text: '', isPrivate: false })}
          />
          {t(`keypair.way_${way}`)}
          <span className="muted">{t(`keypair.way_${way}_about`)}</span>
        </label>
      ))}
      {given.way === 'make' ? (
        <Maker given={given} onGiven={onGiven} />
      ) : (
        <Paster given={given} onGiven={onGiven} />
      )}
    </fieldset>
  )
}
