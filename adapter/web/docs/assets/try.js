'use strict';
// Shows the document in Swagger UI: the APIs that are switched on, with this server as the only one to call.

const place = document.getElementById('viewer');
const tags = place.dataset.tags.split(' ');

const scheme = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', scheme.matches);
scheme.addEventListener('change', follow);
follow();

// The reference has a curl line for each operation; it is shown here too, ahead of the first request.
const reference = fetch('/docs').then(reply => reply.text()).then(html => new DOMParser().parseFromString(html, 'text/html'));

const curlAhead = ({React}) => ({
  wrapComponents: {
    parameters: Original => props => {
      const [line, show] = React.useState('');
      const id = props.operation.get('operationId');
      React.useEffect(() => {
        reference.then(page => {
          for (const base of page.querySelectorAll('.base')) base.textContent = location.origin;
          show(page.querySelector(`#${id} .curl`)?.textContent ?? '');
        });
      }, [id]);
      return React.createElement(React.Fragment, null,
        line && React.createElement('pre', {className: 'curl-ahead', tabIndex: 0, role: 'region', 'aria-label': 'curl'}, line),
        React.createElement(Original, props));
    },
  },
});

fetch('/openapi.json').then(reply => reply.json()).then(spec => {
  delete spec.servers; // leaves the one that serves this page
  delete spec.info.description; // the reference has it, and those of the tags
  spec.tags = tags.map(name => ({name}));
  for (const [path, item] of Object.entries(spec.paths)) {
    if (!tags.includes(Object.values(item)[0].tags[0])) delete spec.paths[path];
  }
  const ui = SwaggerUIBundle({
    domNode: place, spec, plugins: [curlAhead], deepLinking: true, docExpansion: 'list', tryItOutEnabled: true, filter: true, validatorUrl: null,
    defaultModelsExpandDepth: -1,
    onComplete: () => {
      const [user, password] = place.dataset.client.split(':');
      if (password) ui.preauthorizeBasic('bigcityBasic', user, password);
    },
  });
});
