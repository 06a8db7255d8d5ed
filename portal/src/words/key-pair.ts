/** Sentences of the field that takes a public key. */
export const keyPair = {
  'keypair.legend': 'Public key',
  'keypair.way_make': 'Make a key pair in this browser',
  'keypair.way_make_about': 'The private key is saved to your computer. It is never sent.',
  'keypair.way_paste': 'Use a public key that I have',
  'keypair.way_paste_about': 'Paste it or choose a file: JWK, JWK Set or PEM.',
  'keypair.format': 'Save the private key as',
  'keypair.format_jwk': 'JWK file (JSON), for the example application',
  'keypair.format_pem': 'PEM file (PKCS #8)',
  'keypair.make': 'Make the key pair and save the private key',
  'keypair.made': 'Key pair made. The private key was saved as {file}; it cannot be shown or saved again.',
  'keypair.again': 'Make another one',
  'keypair.id': 'Key id',
  'keypair.paste': 'Public key',
  'keypair.file': 'Or choose a file',
  'keypair.missing': 'Make a key pair, or give a public key.',
  'keypair.private':
    'This is a private key. It was not sent and has been removed from the field. Give the public half only.',
  'keypair.unreadable': 'This is no public key in JWK, JWK Set or PEM form.',
  'keypair.unsupported':
    'Use an elliptic curve P-256 key (ES256), or an RSA key of at least 2,048 bits (PS256).',
} as const
