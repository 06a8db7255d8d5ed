import type { IncomingMessage } from 'node:http'
import { isIpAllowed } from '@liaison/access'
import { readCertificateField } from '@liaison/guard'

/** Where client certificates come from: the field that a proxy sets which ended mutual TLS, and the proxies that are believed. */
export interface CertificateSource {
  /** The name of the field. The proxy sets it in every request, empty if need be, so that no client's own comes through. */
  readonly header: string
  /** Addresses or ranges in CIDR form. */
  readonly proxies: readonly string[]
}

/** The certificate (DER) of the client behind a request; null when there is none, or nobody to believe it. */
export type ReadCertificate = (request: IncomingMessage) => Uint8Array | null

/**
 * Reads client certificates from requests whose peer itself is one of the proxies: a field from anybody else is as if it
 * were not there, and so is one that holds no certificate, or two. Source: RFC 8705 section 6.3, RFC 9440 section 4.
 */
export function makeCertificateReader({ header, proxies }: CertificateSource): ReadCertificate {
  const name = header.toLowerCase()
  return ({ headers, socket }) =>
    // The peer of the connection: what any proxy says of addresses before it is no ground to believe a certificate.
    isIpAllowed(socket.remoteAddress ?? '', proxies) ? readCertificateField(headers[name]) : null
}
