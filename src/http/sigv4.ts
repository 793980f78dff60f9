import { bool, type Schema, type StructOf, string, struct } from '../yaml/index.js';
import { secret } from './http-fields.js';

function fields() {
  return {
    region: string(),
    access_key: string(),
    secret_key: secret(),
    profile: string(),
    role_arn: string(),
    external_id: string(),
    use_fips_sts_endpoint: bool(),
    service_name: string(),
  };
}
export type SigV4Options = StructOf<ReturnType<typeof fields>>;

/** How requests to AWS are signed. Source: prometheus/sigv4, sigv4_config.go. */
export function sigV4(): Schema<SigV4Options> {
  return struct(fields(), {
    typeName: 'sigv4.plain',
    check({ accessKey, secretKey, externalId, roleArn }, report) {
      if ((accessKey === '') !== secretKey.isEmpty)
        report(
          'must provide a AWS SigV4 Access key and Secret Key if credentials are specified in the SigV4 config',
        );
      else if (externalId !== '' && roleArn === '') report('external_id can only be used with role_arn');
    },
  });
}
