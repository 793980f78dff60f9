import { secret } from '../http/options.js';
import { bool, optional, type Report, type Schema, type StructOf, string, struct } from '../yaml/index.js';

function fields() {
  const client = { client_id: string() };
  const tenant = { tenant_id: string() };
  return {
    managed_identity: optional(struct(client, { typeName: 'azuread.ManagedIdentityConfig' })),
    workload_identity: optional(
      struct(
        { ...client, ...tenant, token_file_path: string() },
        { typeName: 'azuread.WorkloadIdentityConfig' },
      ),
    ),
    oauth: optional(
      struct({ ...client, client_secret: secret(), ...tenant }, { typeName: 'azuread.OAuthConfig' }),
    ),
    sdk: optional(struct(tenant, { typeName: 'azuread.SDKConfig' })),
    certificate: optional(
      struct(
        {
          ...client,
          ...tenant,
          certificate_path: string(),
          certificate_key_path: string(),
          certificate_password: secret(),
          send_certificate_chain: bool(),
        },
        { typeName: 'azuread.CertificateConfig' },
      ),
    ),
    cloud: string(),
    scope: string(),
  };
}
export type AzureAdOptions = StructOf<ReturnType<typeof fields>>;

const clouds: readonly string[] = ['AzureChina', 'AzureGovernment', 'AzurePublic'];
const uuid =
  /^(?:urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?|[0-9a-f]{32})$/i;
const tokenPath = '/var/run/secrets/azure/tokens/azure-identity-token';

/** How requests to Azure are signed. Source: storage/remote/azuread/azuread.go. */
export function azureAd(): Schema<AzureAdOptions> {
  return struct(fields(), {
    typeName: 'azuread.plain',
    check,
    complete: (azure) => ({
      ...azure,
      cloud: azure.cloud || 'AzurePublic',
      workloadIdentity: azure.workloadIdentity && {
        ...azure.workloadIdentity,
        tokenFilePath: azure.workloadIdentity.tokenFilePath || tokenPath,
      },
    }),
  });
}

function check(azure: AzureAdOptions, report: Report) {
  const { managedIdentity, workloadIdentity, oauth, sdk, certificate } = azure;
  if (!clouds.includes(azure.cloud || 'AzurePublic'))
    return report('must provide a cloud in the Azure AD config', { key: 'cloud' });
  const given = [managedIdentity, workloadIdentity, oauth, sdk, certificate].filter(
    (method) => method !== undefined,
  );
  if (given.length === 0)
    return report(
      'must provide an Azure Managed Identity, Azure Workload Identity, Azure OAuth, Azure Certificate or Azure SDK in the Azure AD config',
    );
  if (given.length > 1)
    return report('cannot provide multiple authentication methods in the Azure AD config');
  if (
    managedIdentity !== undefined &&
    managedIdentity.clientId !== '' &&
    !uuid.test(managedIdentity.clientId)
  )
    return report('the provided Azure Managed Identity client_id is invalid', { key: 'managed_identity' });
  const needed = neededOf(azure);
  const { name = '', key = '', texts = {} } = needed ?? {};
  for (const [field, text] of Object.entries(texts))
    if (text === '') return report(`must provide an Azure ${name} ${field} in the Azure AD config`, { key });
  if (needed !== undefined && !uuid.test(texts.client_id ?? ''))
    return report(`the provided Azure ${name} client_id is invalid`, { key });
  if (workloadIdentity !== undefined && !uuid.test(workloadIdentity.tenantId))
    return report('the provided Azure Workload Identity tenant_id is invalid', { key: 'workload_identity' });
  if (azure.scope !== '' && !/^[\w\s:/.-]+$/.test(azure.scope))
    report('the provided scope contains invalid characters', { key: 'scope' });
}

interface Needed {
  readonly name: string;
  readonly key: string;
  readonly texts: Readonly<Record<string, string>>;
}

/** What must not be empty, in the order that upstream looks at it. */
function neededOf({ workloadIdentity, oauth, certificate }: AzureAdOptions): Needed | undefined {
  if (workloadIdentity !== undefined) {
    const { clientId, tenantId } = workloadIdentity;
    const texts = { client_id: clientId, tenant_id: tenantId };
    return { name: 'Workload Identity', key: 'workload_identity', texts };
  }
  if (oauth !== undefined) {
    const { clientId, clientSecret, tenantId } = oauth;
    const hidden = clientSecret.isEmpty ? '' : 'set';
    const texts = { client_id: clientId, client_secret: hidden, tenant_id: tenantId };
    return { name: 'OAuth', key: 'oauth', texts };
  }
  if (certificate !== undefined) {
    const { clientId, tenantId, certificatePath } = certificate;
    const texts = { client_id: clientId, tenant_id: tenantId, certificate_path: certificatePath };
    return { name: 'Certificate', key: 'certificate', texts };
  }
  return undefined;
}
