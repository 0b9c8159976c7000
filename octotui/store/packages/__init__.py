"""Packages: feeds and their listings, downloads, archives, a worker's cache, image registries.

What comes from elsewhere is bounded and checked here. Never the choice when to acquire: that is the engine's.
"""
