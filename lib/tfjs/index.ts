import './installed';
