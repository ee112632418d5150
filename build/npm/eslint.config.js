import js from '@eslint/js';
import globals from 'globals';
import noCircles from './no-circles.js';

const strict = {
  eqeqeq: 'error',
  'no-console': 'error',
  'no-implicit-globals': 'error',
  'no-restricted-globals': ['error', 'event', 'name', 'status'],
  'no-shadow': ['error', { allow: ['name', 'status', 'type'] }],
  'no-unused-private-class-members': 'error',
  'no-unused-vars': ['error', { ignoreRestSiblings: true }],
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': ['error', { destructuring: 'all' }],
};

export default [
  js.configs.recommended,
  {
    files: ['wwwroot/js/**/*.js'],
    languageOptions: { globals: { ...globals.browser, Blazor: 'readonly' } },
    plugins: { house: { rules: { 'no-circles': noCircles } } },
    rules: {
      ...strict,
      'house/no-circles': 'error',
      // One door: what Blazor calls is hung up in scripts.js, and nothing else anywhere.
      'no-restricted-syntax': ['error', { selector: "AssignmentExpression > MemberExpression.left[object.name=/^(globalThis|window|self)$/]", message: 'No globals; modules import what they need.' }],
    },
  },
  { files: ['wwwroot/service-worker.js'], languageOptions: { globals: globals.serviceworker }, rules: strict },
  { files: ['wwwroot/js/scripts.js'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['ChatFiles.Tests/Browser/**/*.js'], languageOptions: { globals: { ...globals.browser, ...globals.node } }, rules: strict },
  { files: ['build/bench/*.js'], languageOptions: { globals: globals.node }, rules: { ...strict, 'no-console': 'off' } },
  { files: ['build/npm/*.js'], languageOptions: { globals: globals.node }, rules: strict },
];
