/** The variables whose values are secrets, as they were read. */
interface SecretValues {
  readonly DATABASE_URL?: string | undefined
  readonly DATABASE_ROLE_SECRET?: string | undefined
  readonly LIAISON_SECRET_KEY?: string | undefined
  readonly SMTP_URL?: string | undefined
  readonly REDIS_URL?: string | undefined
  readonly PDF_SEAL_PASSPHRASE?: string | undefined
  readonly WEBHOOK_PROXY?: string | undefined
}

/** What must never be printed. */
export class Secrets {
  readonly databaseUrl: string | undefined
  readonly databaseRoleSecret: string | undefined
  readonly secretKey: string | undefined
  readonly smtpUrl: string | undefined
  readonly redisUrl: string | undefined
  readonly pdfSealPassphrase: string | undefined
  readonly webhookProxy: string | undefined

  constructor(values: SecretValues) {
    this.databaseUrl = values.DATABASE_URL
    this.databaseRoleSecret = values.DATABASE_ROLE_SECRET
    this.secretKey = values.LIAISON_SECRET_KEY
    this.smtpUrl = values.SMTP_URL
    this.redisUrl = values.REDIS_URL
    this.pdfSealPassphrase = values.PDF_SEAL_PASSPHRASE
    this.webhookProxy = values.WEBHOOK_PROXY
  }

  toJSON(): string {
    return '[secret]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}
