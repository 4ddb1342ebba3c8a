// A real identity provider for the tests: it treats whoever the hint names as signed in, and asks nothing.
// Arguments: its port, the client's id and secret, and the addresses that it sends people back to.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const [port, client_id, client_secret, ...redirect_uris] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

const provider = new Provider(issuer, {
  clients: [{ client_id, client_secret, redirect_uris, response_types: ['code'], grant_types: ['authorization_code'] }],
  jwks: { keys: [{ ...key, use: 'sig', alg: 'RS256', kid: 'test' }] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  pkce: { required: () => true },
  cookies: { keys: ['only this test knows it'] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: true, name: id.split('@')[0], groups: ['everybody'] }),
  }),
});
provider.on('server_error', (_, error) => console.error(error));

const answer = provider.callback();
createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  try {
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    const accountId = params.login_hint ?? session?.accountId;
    if (!accountId) {
      return await provider.interactionFinished(request, response, { error: 'access_denied' });
    }
    if (prompt.name === 'login') {
      return await provider.interactionFinished(request, response, { login: { accountId } });
    }
    const grant = new provider.Grant({ accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    const grantId = await grant.save();
    return await provider.interactionFinished(request, response, { consent: { grantId } });
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
}).listen(Number(port), '127.0.0.1');
