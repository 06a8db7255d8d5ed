import { SecretPage } from '../../parts/secret-page.tsx'
import { t } from '../../platform/words.ts'

type EndpointSecretProps = { address: string; secret: string; onStored: () => void }

/** The secret that signs an endpoint's messages, shown once. */
export function EndpointSecret({ address, secret, onStored }: EndpointSecretProps) {
  const words = {
    title: t('hooks.secret_title'),
    text: t('hooks.secret_text'),
    label: t('hooks.secret_of', { address }),
    stored: t('hooks.secret_stored'),
    missing: t('hooks.secret_missing'),
    done: t('hooks.secret_done'),
  }
  return <SecretPage secret={secret} words={words} onStored={onStored} />
}
