import { quoteGo } from '../../base/index.js';
import { httpClientFields, httpClientStruct, secret } from '../../http/options.js';
import { list, printed, string, withDefault } from '../../yaml/index.js';
import { port, refresh } from './refresh-fields.js';

export function ociDiscovery() {
  return httpClientStruct(
    {
      auth: withDefault(string(), 'api_key'),
      tenancy: string(),
      user: string(),
      fingerprint: string(),
      key_file: string(),
      key_passphrase: secret(),
      key_passphrase_file: string(),
      region: printed(string()),
      compartments: list(string()),
      ...httpClientFields(),
      port: port(),
      refresh_interval: printed(refresh()),
    },
    {
      typeName: 'oci.plain',
      check(oci, report) {
        const { tenancy, user, fingerprint, keyFile, keyPassphrase, keyPassphraseFile } = oci;
        if (oci.region === '') return report('oci_sd: region is required');
        if (oci.auth === 'api_key') {
          const needed = { tenancy, user, fingerprint, key_file: keyFile };
          for (const [name, text] of Object.entries(needed))
            if (text === '') return report(`oci_sd: api_key auth requires ${name}`);
          if (!keyPassphrase.isEmpty && keyPassphraseFile !== '')
            return report('oci_sd: at most one of key_passphrase and key_passphrase_file must be configured');
        } else if (oci.auth === 'instance_principal') {
          const texts = [tenancy, user, fingerprint, keyFile, keyPassphraseFile];
          if (texts.some((text) => text !== '') || !keyPassphrase.isEmpty)
            return report(
              'oci_sd: instance_principal auth must not have tenancy, user, fingerprint, key_file, key_passphrase, or key_passphrase_file set',
            );
        } else
          return report(
            `oci_sd: unknown auth method ${quoteGo(oci.auth)}, expected "api_key" or "instance_principal"`,
          );
        const empty = oci.compartments.indexOf('');
        if (empty >= 0) return report(`oci_sd: compartments[${empty}] must not be empty`);
        if (oci.refreshInterval <= 0) report('oci_sd: refresh_interval must be positive, got 0s');
      },
    },
  );
}
