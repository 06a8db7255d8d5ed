import { SecretPage } from '../../parts/secret-page.tsx'
import { t } from '../../platform/words.ts'

export type Secret = { name: string; text: string }

/** A gateway's credential, shown once. */
export function GatewaySecret({ secret, onStored }: { secret: Secret; onStored: () => void }) {
  const words = {
    title: t('gateways.secret_title'),
    text: t('gateways.secret_text'),
    label: t('gateways.secret_of', { gateway: secret.name }),
    stored: t('gateways.secret_stored'),
    missing: t('gateways.secret_missing'),
    done: t('gateways.secret_done'),
  }
  return <SecretPage secret={secret.text} words={words} onStored={onStored} />
}
